package dev.ahti.api;

import dev.ahti.metadata.image.ClusterImage;

/** How this broker shows the cluster to clients of listeners of one mode ({@code ahti.listener.mode}). */
public final class ListenerViews {
    private final int nodeId;
    private final boolean virtual;

    private ListenerViews(int nodeId, boolean virtual) {
        this.nodeId = nodeId;
        this.virtual = virtual;
    }

    /** Every broker at its own address. */
    public static ListenerViews direct(int nodeId) {
        return new ListenerViews(nodeId, false);
    }

    /** All brokers as one, at the address that this broker advertises. */
    public static ListenerViews virtual(int nodeId) {
        return new ListenerViews(nodeId, true);
    }

    public boolean isVirtual() {
        return virtual;
    }

    /** The id under which clients know this broker. */
    public int shownId() {
        return virtual ? VirtualView.ID : nodeId;
    }

    public ListenerView of(ClusterImage image, String listener) {
        return virtual ? new VirtualView(image, listener, nodeId) : new DirectView(image, listener, nodeId);
    }
}
