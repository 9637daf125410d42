package dev.ahti.log;

import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;

/**
 * One entry of a transaction index.
 *
 * @param firstOffset offset of the transaction's first record in this partition
 * @param lastOffset offset of its abort marker
 * @param lastStableOffset the last stable offset once that marker counts: a search may stop at an entry where this
 *     reaches the end of the range asked for
 */
record AbortedTxn(long producerId, long firstOffset, long lastOffset, long lastStableOffset) {

    AbortedTransaction toFetchResponse() {
        return new AbortedTransaction().setProducerId(producerId).setFirstOffset(firstOffset);
    }
}
