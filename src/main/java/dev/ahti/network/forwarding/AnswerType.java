package dev.ahti.network.forwarding;

/** How a broker answers what was handed on to it. */
enum AnswerType {
    /** With a response: its bytes follow. */
    RESPONSE,
    /** It was done, and has no response (produce with acks 0). */
    NO_RESPONSE,
    /** It was not begun. */
    NOTHING_DONE,
    /** The client's connection is to be closed; the reason follows. */
    CLOSE,
    /** There is a response, but it cannot be sent. */
    FAILED
}
