package dev.ahti.log;

/** What the log says of one producer. */
final class ProducerState {}
