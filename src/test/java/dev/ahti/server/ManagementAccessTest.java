package dev.ahti.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ahti.config.BrokerConfig;
import dev.ahti.config.ConfigProblem;
import dev.ahti.config.ConfigSources;
import dev.ahti.management.ManagementSecurity;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManagementAccessTest {
    private static final String PEMS = "src/test/resources/dev/ahti/management/";

    private static ManagementSecurity with(String... settings) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            all.put("ahti.management." + settings[i], settings[i + 1]);
        }
        return ManagementAccess.of(BrokerConfig.load(ConfigSources.of(all)));
    }

    private static ManagementSecurity tls(String certificate, String key) {
        return with("tls.certificate", certificate, "tls.key", key);
    }

    private static void refused(String certificate, String key, String... parts) {
        assertThatThrownBy(() -> tls(certificate, key))
                .isInstanceOf(StartProblem.class)
                .hasMessageContainingAll(parts)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void managementIsOpenAndPlainUnlessConfigured() {
        assertThat(with()).isEqualTo(ManagementSecurity.NONE);
    }

    @Test
    void readsUserAndPassword() {
        assertThat(with("user", "u", "password", "p").credentials())
                .contains(new ManagementSecurity.Credentials("u", "p"));
    }

    @Test
    void halfOfItIsRefused() {
        assertThatThrownBy(() -> with("user", "u"))
                .isInstanceOf(ConfigProblem.class)
                .hasMessage("ahti.management.user is set but ahti.management.password is not: set both, or neither");
        assertThatThrownBy(() -> with("password", "p"))
                .hasMessage("ahti.management.password is set but ahti.management.user is not: set both, or neither");
        assertThatThrownBy(() -> with("tls.key", PEMS + "key.pem")).hasMessageContaining("set both, or neither");
        assertThatThrownBy(() -> with("user", "a:b", "password", "p")).hasMessageContaining("without a colon");
    }

    @Test
    void readsACertificateAndItsKey() {
        assertThat(tls(PEMS + "certificate.pem", PEMS + "key.pem").tls()).isPresent();
    }

    @Test
    void whatIsWrongWithTheFilesIsSaidInOneLine() {
        refused("/nowhere.pem", PEMS + "key.pem", "cannot read /nowhere.pem", "ahti.management.tls.certificate");
        refused(PEMS + "key.pem", PEMS + "key.pem", "-----BEGIN CERTIFICATE-----", "ahti.management.tls.certificate");
        refused(PEMS + "certificate.pem", PEMS + "certificate.pem", "-----BEGIN PRIVATE KEY-----");
        refused(PEMS + "certificate.pem", PEMS + "traditional-key.pem", "openssl pkcs8 -topk8 -nocrypt");
        refused(PEMS + "certificate.pem", PEMS + "other-key.pem", "is not that of the certificate");
    }
}
