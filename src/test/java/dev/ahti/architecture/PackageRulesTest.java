package dev.ahti.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.ahti.log.planted.LogThatReachesUp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The one-way arrows between our packages, sub-packages included. */
class PackageRulesTest {
    /** Each may use those of the lines before its own. */
    private static final List<List<String>> LAYERS = List.of(
            List.of("model"),
            List.of("config", "metrics"),
            List.of("protocol", "log"),
            List.of("peer"),
            List.of("metadata"),
            List.of("replica"),
            List.of("group", "transaction"),
            List.of("security"),
            List.of("api"),
            List.of("network"),
            List.of("management"),
            List.of("cli"),
            List.of("server"));

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.ahti");
    private static final JavaClasses PLANTED = new ClassFileImporter().importClasses(LogThatReachesUp.class);

    @Test
    void arrowsBetweenPackagesGoOneWay() {
        assertThat(OURS.size()).isGreaterThan(40);

        rules().forEach((name, rule) -> rule.check(OURS));
    }

    @Test
    void everyClassIsInAPackageThatTheRulesKnow() {
        String[] known = LAYERS.stream()
                .flatMap(List::stream)
                .map(PackageRulesTest::tree)
                .toArray(String[]::new);

        assertThat(OURS.stream().filter(each -> !resideInAnyPackage(known).test(each)))
                .isEmpty();
    }

    @Test
    void aPlantedViolationIsFoundByEachRuleThatConcernsIt() {
        assertThat(violated("nothing in log uses what is above it")).isTrue();
        assertThat(violated("config is read by api, cli and server")).isTrue();
        assertThat(violated("protocol and log know no Pekko")).isTrue();
        assertThat(violated("requests of Kafka's protocol stay at the edge")).isTrue();
        assertThat(violated("nothing in model uses what is above it")).isFalse();
    }

    private static boolean violated(String name) {
        return rules().get(name).evaluate(PLANTED).hasViolation();
    }

    private static Map<String, ArchRule> rules() {
        Map<String, ArchRule> rules = new TreeMap<>();
        for (int layer = 0; layer < LAYERS.size(); layer++) {
            for (String name : LAYERS.get(layer)) {
                rules.put("nothing in " + name + " uses what is above it", neverUpwards(name, layer));
            }
        }
        rules.put(
                "config is read by api, cli and server",
                noClasses()
                        .that()
                        .resideOutsideOfPackages(tree("config"), tree("api"), tree("cli"), tree("server"))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(tree("config")));
        rules.put(
                "protocol and log know no Pekko",
                noClasses()
                        .that()
                        .resideInAnyPackage(tree("protocol"), tree("log"), tree("model"), tree("config"))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("org.apache.pekko.."));
        rules.put(
                "requests of Kafka's protocol stay at the edge",
                noClasses()
                        .that()
                        .resideOutsideOfPackages(tree("protocol"), tree("api"), tree("network"))
                        .should()
                        .dependOnClassesThat()
                        .haveNameMatching("org\\.apache\\.kafka\\.common\\.message\\.\\w+(Request|Response)Data"));
        rules.put(
                "no package is named after a pattern",
                noClasses()
                        .should()
                        .resideInAnyPackage(
                                "..util..",
                                "..utils..",
                                "..common..",
                                "..impl..",
                                "..helper..",
                                "..helpers..",
                                "..manager.."));
        rules.replaceAll((name, rule) -> rule.allowEmptyShould(true).as(name));
        return rules;
    }

    /** Siblings on one line do not know each other either. */
    private static ArchRule neverUpwards(String name, int layer) {
        List<String> forbidden = new ArrayList<>();
        LAYERS.subList(layer, LAYERS.size()).forEach(forbidden::addAll);
        forbidden.remove(name);
        if (forbidden.isEmpty()) {
            return noClasses().should().resideInAPackage("nowhere");
        }
        return noClasses()
                .that()
                .resideInAPackage(tree(name))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        forbidden.stream().map(PackageRulesTest::tree).toArray(String[]::new));
    }

    private static String tree(String name) {
        return "dev.ahti." + name + "..";
    }
}
