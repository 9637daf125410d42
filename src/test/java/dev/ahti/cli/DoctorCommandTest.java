package dev.ahti.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.ahti.cli.Finding.Level;
import dev.ahti.config.BrokerConfig;
import dev.ahti.metadata.DatabaseLook;
import dev.ahti.testing.EmbeddedBroker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
    @TempDir
    Path directory;

    /** Of a broker on free ports, with these settings over it: names and values in turn. */
    private BrokerConfig config(String... settings) {
        return EmbeddedBroker.config(directory.resolve("data"), settings);
    }

    private List<Finding> bad(String... settings) {
        return DoctorCommand.findings(config(settings)).stream()
                .filter(each -> each.level() == Level.BAD)
                .toList();
    }

    private List<Finding> warnings(String... settings) {
        return DoctorCommand.findings(config(settings)).stream()
                .filter(each -> each.level() == Level.WARN)
                .toList();
    }

    private static ServerSocket listening() throws IOException {
        return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @Test
    void aBrokerAloneOnFreePortsCanRunAndNothingIsChanged() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        int status = DoctorCommand.run(config(), new PrintStream(out, true, StandardCharsets.UTF_8));

        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(text)
                .contains("OK   broker: 1 does not run here", "OK   ahti.metadata.url: embedded H2")
                .contains("OK   listeners: any free port", "is not there yet, and can be")
                .endsWith("A broker can run with these settings.\n");
        assertThat(status).isZero();
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void aTakenPortIsBadWhereTheBrokerDoesNotRun() throws Exception {
        try (ServerSocket taken = listening()) {
            List<Finding> bad = bad("ahti.replication.port", Integer.toString(taken.getLocalPort()));

            assertThat(bad).hasSize(1);
            assertThat(bad.get(0).subject()).isEqualTo("ahti.replication.port");
            assertThat(bad.get(0).line()).contains("is taken: stop what listens there, or set another port");
        }
    }

    @Test
    void aBadFindingIsTheExitStatus() throws Exception {
        try (ServerSocket taken = listening()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();

            int status = DoctorCommand.run(
                    config("ahti.cluster.port", Integer.toString(taken.getLocalPort())),
                    new PrintStream(out, true, StandardCharsets.UTF_8));

            assertThat(status).isEqualTo(1);
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .contains("BAD  ahti.cluster.port")
                    .endsWith("right: 1\n");
        }
    }

    @Test
    void portsAreTakenByTheBrokerThatRunsAndItsAddressIsTried() throws Exception {
        HttpServer management = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        management.createContext("/alive", exchange -> {
            exchange.sendResponseHeaders(200, 6);
            exchange.getResponseBody().write("alive\n".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        management.start();
        String managementPort = Integer.toString(management.getAddress().getPort());
        try (ServerSocket kafka = listening()) {
            String listeners = "PLAINTEXT://127.0.0.1:" + kafka.getLocalPort();

            assertThat(bad("ahti.management.port", managementPort, "listeners", listeners))
                    .isEmpty();

            List<Finding> bad = bad(
                    "ahti.management.port",
                    managementPort,
                    "listeners",
                    listeners,
                    "advertised.listeners",
                    "PLAINTEXT://127.0.0.1:1");
            assertThat(bad).hasSize(1);
            assertThat(bad.get(0).line()).contains("PLAINTEXT://127.0.0.1:1", "cannot be reached from here");
        } finally {
            management.stop(0);
        }
    }

    @Test
    void anAddressThatLeadsNowhereIsSaid() {
        assertThat(bad("advertised.listeners", "PLAINTEXT://nowhere.invalid:9092"))
                .singleElement()
                .satisfies(each -> assertThat(each.line()).contains("nowhere.invalid"));
        assertThat(warnings("advertised.listeners", "PLAINTEXT://192.0.2.1:9092"))
                .anySatisfy(each -> assertThat(each.line()).contains("is no address of this machine"));
        assertThat(warnings("listeners", "PLAINTEXT://0.0.0.0:0", "advertised.listeners", "PLAINTEXT://127.0.0.1:0"))
                .anySatisfy(each -> assertThat(each.line()).contains("reached from this machine only"));
    }

    @Test
    void aDataDirectoryThatIsAFileOrOfAnotherBrokerIsBad() throws Exception {
        Path data = directory.resolve("data");
        Files.writeString(data, "a file");
        assertThat(bad()).singleElement().satisfies(each -> assertThat(each.line())
                .contains("is no directory"));

        Files.delete(data);
        Files.createDirectory(data);
        Files.writeString(data.resolve("meta.properties"), "version=1\nnode.id=7\n");
        assertThat(bad()).singleElement().satisfies(each -> assertThat(each.line())
                .contains("is that of another broker (node.id=7)"));
        assertThat(bad("node.id", "7")).isEmpty();
    }

    @Test
    void aDatabaseThatCannotBeReachedIsBad() {
        assertThat(bad("ahti.metadata.url", "jdbc:postgresql://127.0.0.1:1/ahti"))
                .singleElement()
                .satisfies(each -> assertThat(each.line()).contains("cannot be reached"));
        assertThat(bad("ahti.cluster.contact-points", "127.0.0.1:1"))
                .singleElement()
                .satisfies(each -> assertThat(each.line()).contains("set it to jdbc:postgresql://host/database"));
    }

    @Test
    void otherBrokersThatDoNotAnswerAreAWarning() {
        assertThat(warnings("ahti.cluster.contact-points", "127.0.0.1:1"))
                .anySatisfy(each -> assertThat(each.line()).contains("127.0.0.1:1 does not answer"));
    }

    @Test
    void aDatabaseIsJudgedByItsTablesTimeAndClock() {
        assertThat(DatabaseCheck.judged(new DatabaseLook(true, false, 10, 3)))
                .allMatch(each -> each.level() == Level.OK);
        assertThat(DatabaseCheck.judged(new DatabaseLook(false, false, 10, 3))
                        .get(0)
                        .line())
                .contains("grant CREATE");
        assertThat(DatabaseCheck.judged(new DatabaseLook(true, true, 0, 300))
                        .get(0)
                        .level())
                .isEqualTo(Level.WARN);
        assertThat(DatabaseCheck.judged(new DatabaseLook(true, true, -5_000, 3))
                        .get(1)
                        .line())
                .contains("5000 ms behind", "NTP");
    }

    @Test
    void limitsAndMemoryAreJudged() {
        assertThat(MachineCheck.files(512).level()).isEqualTo(Level.BAD);
        assertThat(MachineCheck.files(4096).level()).isEqualTo(Level.WARN);
        assertThat(MachineCheck.files(100_000).level()).isEqualTo(Level.OK);
        assertThat(MachineCheck.memory(4L << 30, 3L << 30).level()).isEqualTo(Level.WARN);
        assertThat(MachineCheck.memory(4L << 30, 64L << 20).level()).isEqualTo(Level.BAD);
        assertThat(MachineCheck.memory(4L << 30, 1L << 30).level()).isEqualTo(Level.OK);
    }

    @Test
    void managementThatAnybodyReachesIsAWarning() {
        assertThat(warnings("ahti.management.host", "0.0.0.0"))
                .anySatisfy(each -> assertThat(each.subject()).isEqualTo("management"));
        assertThat(warnings(
                        "ahti.management.host",
                        "0.0.0.0",
                        "ahti.management.user",
                        "u",
                        "ahti.management.password",
                        "p"))
                .noneSatisfy(each -> assertThat(each.subject()).isEqualTo("management"));
    }
}
