package dev.ahti.containers;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Starts to build the image when the tests with processes begin, where the tests of the image are required. */
public final class ImageBeforeTests implements LauncherSessionListener {
    @Override
    public void launcherSessionOpened(LauncherSession session) {
        // Which the tests with processes are given, and only they.
        if (System.getProperty("ahti.jar") != null && Containers.areRequired() && Containers.missing() == null) {
            Containers.started();
        }
    }
}
