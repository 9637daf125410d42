package dev.ahti.server;

import dev.ahti.config.BrokerConfig;
import dev.ahti.management.ManagementSecurity;
import dev.ahti.management.ManagementSecurity.Credentials;
import dev.ahti.management.TrustedCertificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Reads {@code ahti.management.user} and the certificate of management HTTP. */
final class ManagementAccess {
    private static final String CERTIFICATE = "ahti.management.tls.certificate";
    private static final String KEY = "ahti.management.tls.key";
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    /** Of a store that never leaves the memory. */
    private static final char[] IN_MEMORY = "memory".toCharArray();

    private ManagementAccess() {}

    /** @throws StartProblem where a file is not what it should be */
    static ManagementSecurity of(BrokerConfig config) {
        String user = config.stringValue("ahti.management.user");
        String certificate = config.stringValue(CERTIFICATE);
        return new ManagementSecurity(
                user == null
                        ? Optional.empty()
                        : Optional.of(new Credentials(user, config.stringValue("ahti.management.password"))),
                certificate == null ? Optional.empty() : Optional.of(tls(certificate, config.stringValue(KEY))));
    }

    private static SSLContext tls(String certificateFile, String keyFile) {
        Certificate[] chain = certificates(certificateFile);
        PrivateKey key = key(keyFile, chain[0].getPublicKey().getAlgorithm());
        try {
            if (!belongTogether(key, chain[0])) {
                throw new StartProblem(
                        "the key in " + keyFile + " (" + KEY + ") is not that of the certificate in " + certificateFile
                                + " (" + CERTIFICATE + "), which is the first in its file: correct one of them");
            }
            return context(chain, key);
        } catch (GeneralSecurityException | IOException e) {
            throw new StartProblem(
                    "management HTTP cannot use " + certificateFile + " with " + keyFile + ": " + e.getMessage(), e);
        }
    }

    private static Certificate[] certificates(String file) {
        try {
            Certificate[] chain = TrustedCertificates.read(read(file, CERTIFICATE));
            if (chain.length > 0) {
                return chain;
            }
        } catch (GeneralSecurityException e) {
            throw new StartProblem(notPem(file, CERTIFICATE, "-----BEGIN CERTIFICATE-----"), e);
        }
        throw new StartProblem(notPem(file, CERTIFICATE, "-----BEGIN CERTIFICATE-----"));
    }

    private static PrivateKey key(String file, String algorithm) {
        Matcher pem = PKCS8.matcher(new String(read(file, KEY), StandardCharsets.US_ASCII));
        if (!pem.find()) {
            throw new StartProblem(notPem(file, KEY, "-----BEGIN PRIVATE KEY-----")
                    + "; openssl pkcs8 -topk8 -nocrypt makes one of other kinds");
        }
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new StartProblem(
                    "the key in " + file + " (" + KEY + ") is not the " + algorithm + " key of the certificate: "
                            + e.getMessage(),
                    e);
        }
    }

    private static String notPem(String file, String setting, String begin) {
        return file + " (" + setting + ") has no part that begins with " + begin + ": name a PEM file that has";
    }

    private static byte[] read(String file, String setting) {
        try {
            return Files.readAllBytes(Path.of(file));
        } catch (IOException e) {
            throw new StartProblem("cannot read " + file + ": correct " + setting + ", or the file's permissions", e);
        }
    }

    private static boolean belongTogether(PrivateKey key, Certificate certificate) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> key.getAlgorithm();
                });
        byte[] something = {1};
        signature.initSign(key);
        signature.update(something);
        byte[] signed = signature.sign();
        signature.initVerify(certificate);
        signature.update(something);
        return signature.verify(signed);
    }

    /** Trusts what is in the certificate's file: the other brokers' certificates are of the same authority, or the same. */
    private static SSLContext context(Certificate[] chain, PrivateKey key)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("management", key, IN_MEMORY, chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, IN_MEMORY);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), TrustedCertificates.managers(chain), null);
        return context;
    }
}
