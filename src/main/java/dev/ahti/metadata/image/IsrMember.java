package dev.ahti.metadata.image;

import org.apache.kafka.common.Uuid;

/**
 * A member of the ISR: a broker in one of its incarnations. A broker that has started again is another member (KIP-903).
 */
public record IsrMember(int broker, Uuid incarnation) {}
