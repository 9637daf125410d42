package dev.ahti.chaos;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Reads the metadata journal while it grows: what a snapshot covers is deleted in the end. */
final class JournalTail implements Runnable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ChaosDatabase database;
    private final Verdict verdict;
    private final JournalCheck check;
    private long last;
    private String lastTransaction = "";
    private volatile boolean running = true;

    JournalTail(ChaosDatabase database, Verdict verdict) {
        this.database = database;
        this.verdict = verdict;
        this.check = new JournalCheck(verdict);
    }

    @Override
    public void run() {
        while (running) {
            try {
                readOn();
            } catch (SQLException away) {
                // It is stopped from time to time.
            }
            Chaos.pause(500);
        }
    }

    synchronized void readOn() throws SQLException {
        try (Connection connection = database.connect();
                PreparedStatement query = connection.prepareStatement(
                        "SELECT sequence_number, event_ser_manifest, event_payload, xmin::text FROM event_journal"
                                + " WHERE persistence_id = 'partition-metadata' AND sequence_number > ?"
                                + " ORDER BY sequence_number")) {
            query.setLong(1, last);
            ResultSet rows = query.executeQuery();
            while (rows.next()) {
                long sequenceNumber = rows.getLong(1);
                if (sequenceNumber != last + 1) {
                    verdict.violation("gap in the journal", "after event " + last + " comes " + sequenceNumber);
                }
                last = sequenceNumber;
                String transaction = rows.getString(4); // in PostgreSQL's own column, which tells what was atomic
                if (!transaction.equals(lastTransaction)) {
                    check.persisted();
                    lastTransaction = transaction;
                }
                String manifest = rows.getString(2);
                check.apply(
                        sequenceNumber,
                        manifest.substring(manifest.lastIndexOf('.') + 1),
                        JSON.readTree(rows.getBytes(3)));
            }
        } catch (IOException e) {
            throw new IllegalStateException("event " + last, e);
        }
    }

    /** All that there is. */
    synchronized void end() throws SQLException {
        running = false;
        readOn();
        check.persisted();
        verdict.count("metadata events checked", (int) last);
    }
}
