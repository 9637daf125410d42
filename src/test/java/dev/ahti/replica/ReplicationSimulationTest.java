package dev.ahti.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code -Dsimulation.seed=N} runs one seed again; {@code -Dsimulation.runs} and {@code -Dsimulation.steps} run more. */
class ReplicationSimulationTest {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicationSimulationTest.class);
    private static final ActorTestKit KIT = LocalActors.start();

    @TempDir
    Path path;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void nothingAcknowledgedIsLostWhateverHappens() throws Exception {
        Long fixed = Long.getLong("simulation.seed");
        int runs = fixed != null ? 1 : Integer.getInteger("simulation.runs", 4);
        Random seeds = new Random();
        for (int run = 0; run < runs; run++) {
            long seed = fixed != null ? fixed : seeds.nextInt(1_000_000);
            try (ReplicationSimulation simulation = new ReplicationSimulation(KIT, path.resolve("run-" + run), seed)) {
                simulation.run(Integer.getInteger("simulation.steps", 500));
                LOG.info(
                        "seed {}: {} records acknowledged in {} leader epochs",
                        seed,
                        simulation.acknowledgedRecords(),
                        simulation.leaderEpochs());
                assertThat(simulation.acknowledgedRecords()).isPositive();
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }
}
