package dev.ahti.peer;

/** Told by dialled connections what they have found. Safe from any thread. */
interface DeathWitness {
    DeathWitness NONE = new DeathWitness() {
        @Override
        public void gone(PeerIdentity process, String how) {}

        @Override
        public void alive(PeerIdentity process) {}
    };

    /**
     * A connection with this process was open and is closed, and at its address nobody listens, or another process. Said
     * again for as long as that is so.
     */
    void gone(PeerIdentity process, String how);

    /** It has said hello. */
    void alive(PeerIdentity process);
}
