package dev.ahti.network.forwarding;

import dev.ahti.peer.MalformedFrame;
import java.util.Arrays;

/** How a broker answers what was handed on to it. */
enum AnswerType {
    /** With a response: its bytes follow. */
    RESPONSE(1),
    /** It was done, and has no response (produce with acks 0). */
    NO_RESPONSE(2),
    /** It was not begun. */
    NOTHING_DONE(3),
    /** The client's connection is to be closed; the reason follows. */
    CLOSE(4),
    /** There is a response, but it cannot be sent. */
    FAILED(5);

    private final byte code;

    AnswerType(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    static AnswerType of(byte code) {
        return Arrays.stream(values())
                .filter(type -> type.code == code)
                .findFirst()
                .orElseThrow(() -> new MalformedFrame("no answer has type " + code));
    }
}
