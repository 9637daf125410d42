package dev.ahti.api.records;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.MetadataClient.ProducerIds;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InitProducerIdHandlerTest {
    private static final int LATEST = 5;

    /** Reservations under way, answered by the test. */
    private final List<CompletableFuture<ProducerIds>> reservations = new ArrayList<>();

    private final ProducerIdBlocks blocks = new ProducerIdBlocks((MetadataClient) Proxy.newProxyInstance(
            MetadataClient.class.getClassLoader(), new Class<?>[] {MetadataClient.class}, (proxy, method, args) -> {
                assertThat(method.getName()).isEqualTo("reserveProducerIds");
                CompletableFuture<ProducerIds> reservation = new CompletableFuture<>();
                reservations.add(reservation);
                return reservation;
            }));
    private final InitProducerIdHandler handler = new InitProducerIdHandler(blocks);

    static IntStream versions() {
        return ApiKeys.INIT_PRODUCER_ID.allVersions().stream().mapToInt(Short::intValue);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void everyVersionGivesANewIdWithEpochZero(int version) {
        reserve(1000, 10);

        assertThat(ask(version, request())).satisfies(answer -> {
            assertThat(answer.errorCode()).isZero();
            assertThat(answer.producerId()).isEqualTo(1000);
            assertThat(answer.producerEpoch()).isZero();
        });
        assertThat(ask(version, request()).producerId()).isEqualTo(1001);
    }

    @Test
    void aProducerThatNamesItsIdGetsANewOne() {
        reserve(0, 10);
        assertThat(ask(LATEST, request().setProducerId(77).setProducerEpoch((short) 3))
                        .producerId())
                .isZero();
    }

    @Test
    void anIdWithoutEpochIsInvalid() {
        assertRefused(request().setProducerId(77), Errors.INVALID_REQUEST);
        assertRefused(request().setProducerEpoch((short) 3), Errors.INVALID_REQUEST);
    }

    @Test
    void aTransactionalIdHasNoCoordinator() {
        assertRefused(request().setTransactionalId("tx"), Errors.COORDINATOR_NOT_AVAILABLE);
        assertRefused(request().setTransactionalId(""), Errors.INVALID_REQUEST);
        assertThat(reservations).isEmpty();
    }

    @Test
    void theNextBlockIsReservedWhenHalfOfThisOneIsGone() {
        reserve(0, 4);
        ask(LATEST, request());
        assertThat(reservations).isEmpty();
        ask(LATEST, request());
        assertThat(reservations).hasSize(1);

        assertThat(ask(LATEST, request()).producerId()).isEqualTo(2);
        reservations.remove(0).complete(new ProducerIds(Errors.NONE, 100, 4));

        assertThat(ids(5)).containsExactly(3L, 100L, 101L, 102L, 103L);
    }

    @Test
    void producersWaitForTheFirstBlockAndEachGetsItsOwnId() {
        List<CompletableFuture<InitProducerIdResponseData>> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            answers.add(RecordsFixture.send(handler, request(), LATEST));
        }
        assertThat(reservations).hasSize(1);
        reservations.remove(0).complete(new ProducerIds(Errors.NONE, 10, 3));
        assertThat(answers.get(3)).isNotDone();
        assertThat(reservations).hasSize(1);
        reservations.remove(0).complete(new ProducerIds(Errors.NONE, 20, 3));

        assertThat(answers)
                .extracting(answer -> RecordsFixture.await(answer).producerId())
                .containsExactly(10L, 11L, 12L, 20L, 21L);
    }

    @Test
    void withTheDatabaseAwayTheReservedIdsGoOnAndThenClientsAreToldToTryAgain() {
        reserve(0, 4);
        assertThat(ids(2)).containsExactly(0L, 1L);
        fail(Errors.REQUEST_TIMED_OUT);
        assertThat(ids(1)).containsExactly(2L);
        fail(Errors.REQUEST_TIMED_OUT);
        assertThat(ids(1)).containsExactly(3L);
        fail(Errors.REQUEST_TIMED_OUT);

        CompletableFuture<InitProducerIdResponseData> none = RecordsFixture.send(handler, request(), LATEST);
        fail(Errors.REQUEST_TIMED_OUT);
        assertThat(RecordsFixture.await(none).errorCode()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS.code());

        CompletableFuture<InitProducerIdResponseData> later = RecordsFixture.send(handler, request(), LATEST);
        reservations.remove(0).complete(new ProducerIds(Errors.NONE, 50, 4));
        assertThat(RecordsFixture.await(later).producerId()).isEqualTo(50);
    }

    private void reserve(long first, int count) {
        blocks.prefetch();
        reservations.remove(0).complete(new ProducerIds(Errors.NONE, first, count));
    }

    private void fail(Errors error) {
        assertThat(reservations).hasSize(1);
        reservations.remove(0).complete(new ProducerIds(error, -1, 0));
    }

    private List<Long> ids(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> ask(LATEST, request()).producerId())
                .toList();
    }

    private void assertRefused(InitProducerIdRequestData request, Errors error) {
        InitProducerIdResponseData answer = ask(LATEST, request);
        assertThat(answer.errorCode()).isEqualTo(error.code());
        assertThat(answer.producerId()).isEqualTo(-1);
        assertThat(answer.producerEpoch()).isEqualTo((short) -1);
    }

    private InitProducerIdResponseData ask(int version, InitProducerIdRequestData request) {
        return RecordsFixture.ask(handler, request, version);
    }

    private static InitProducerIdRequestData request() {
        return new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(1000);
    }
}
