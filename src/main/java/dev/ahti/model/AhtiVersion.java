package dev.ahti.model;

import java.util.Optional;

/** The version of this build. */
public final class AhtiVersion {
    private AhtiVersion() {}

    /** As the jar says; empty where the classes are in none. */
    public static Optional<String> ofJar() {
        return Optional.ofNullable(AhtiVersion.class.getPackage().getImplementationVersion());
    }
}
