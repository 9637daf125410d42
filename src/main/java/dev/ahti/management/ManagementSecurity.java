package dev.ahti.management;

import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Who may see what management HTTP shows, and how it travels.
 *
 * @param credentials empty: everybody may
 * @param tls for HTTPS, as server and, to the other brokers, as client; empty: HTTP
 */
public record ManagementSecurity(Optional<Credentials> credentials, Optional<SSLContext> tls) {
    public static final ManagementSecurity NONE = new ManagementSecurity(Optional.empty(), Optional.empty());

    public record Credentials(String user, String password) {
        @Override
        public String toString() {
            return user; // Nothing prints the password.
        }
    }
}
