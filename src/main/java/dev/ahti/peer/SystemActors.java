package dev.ahti.peer;

import org.apache.pekko.actor.ActorPath;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.RootActorPath;

/** Where another node has the actor that every node starts under this name ({@code systemActorOf}). */
public final class SystemActors {
    private SystemActors() {}

    public static ActorPath at(Address node, String name) {
        return new RootActorPath(node, "/").child("system").child(name);
    }
}
