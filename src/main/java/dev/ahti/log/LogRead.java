package dev.ahti.log;

import java.util.List;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.record.internal.BaseRecords;

/**
 * What a read found.
 *
 * @param records a {@link LogSlice}, or empty records
 * @param abortedTransactions those that overlap the records; empty unless asked for
 */
public record LogRead(BaseRecords records, List<AbortedTransaction> abortedTransactions) {}
