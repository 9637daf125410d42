package dev.ahti.peer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** {@code ahti.cluster.secret}: shown to be known without being said. */
final class ClusterSecret {
    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] NONE = {};

    /** Null if none is set: then nothing is proven, and nothing demanded. */
    private final SecretKeySpec key;

    ClusterSecret(Optional<String> secret) {
        this.key = secret.map(text -> new SecretKeySpec(text.getBytes(StandardCharsets.UTF_8), ALGORITHM))
                .orElse(null);
    }

    boolean isSet() {
        return key != null;
    }

    /**
     * @param about which of the handshake's messages it vouches for, so that none can be sent back as another
     * @param hellos of the dialler and of the acceptor, as they were sent: both nonces and identities
     */
    byte[] proof(String about, byte[]... hellos) {
        if (key == null) {
            return NONE;
        }
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(about.getBytes(StandardCharsets.UTF_8));
            for (byte[] hello : hellos) {
                mac.update(
                        ByteBuffer.allocate(Integer.BYTES).putInt(hello.length).array());
                mac.update(hello);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has " + ALGORITHM, e);
        }
    }

    /** In constant time. */
    boolean isProof(byte[] given, String about, byte[]... hellos) {
        return MessageDigest.isEqual(given, proof(about, hellos));
    }
}
