package dev.ahti.peer;

/** Goes from node to node: written as reference.conf says. */
interface PeerMessage {}
