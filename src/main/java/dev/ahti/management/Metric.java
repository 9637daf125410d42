package dev.ahti.management;

/** Every metric of ours that {@code /metrics} gives, as docs/metrics.md lists them. Those of the JVM are client_java's. */
enum Metric {
    REQUESTS(Kind.COUNTER, "ahti_requests", "Requests received.", "api"),
    REQUEST_DURATION(
            Kind.HISTOGRAM,
            "ahti_request_duration_seconds",
            "Time from the last byte of a request until its response was ready to be sent; for a fetch that waits for"
                    + " records, and a JoinGroup that waits for members, with the wait.",
            "api"),
    REQUEST_BYTES(
            Kind.COUNTER,
            "ahti_request_bytes",
            "Bytes of requests; those of Produce are what producers have written.",
            "api"),
    RESPONSE_BYTES(
            Kind.COUNTER,
            "ahti_response_bytes",
            "Bytes of responses; those of Fetch are what consumers have read.",
            "api"),
    CONNECTIONS(Kind.GAUGE, "ahti_connections", "Client connections that are open."),
    CONNECTIONS_OPENED(Kind.COUNTER, "ahti_connections_opened", "Client connections that were accepted."),
    CONNECTIONS_REFUSED(
            Kind.COUNTER,
            "ahti_connections_refused",
            "Client connections closed because they sent what is no request."),

    BROKER_INFO(Kind.GAUGE, "ahti_broker_info", "1, with the broker's id and the version that runs.", "id", "version"),
    READY(Kind.GAUGE, "ahti_ready", "1 while clients can produce at this broker, else 0."),
    MAJORITY_SEEN(
            Kind.GAUGE,
            "ahti_majority_seen",
            "1 while this broker sees a majority of the cluster's members, else 0: then it takes and gives no records."),
    BROKERS(
            Kind.GAUGE,
            "ahti_brokers",
            "Registered brokers, as this one sees them: live, fenced, or shutting_down. The same at all brokers.",
            "state"),
    TOPICS(Kind.GAUGE, "ahti_topics", "Topics of the cluster. The same at all brokers."),
    PARTITIONS(Kind.GAUGE, "ahti_partitions", "Partitions of the cluster. The same at all brokers."),
    OFFLINE(
            Kind.GAUGE,
            "ahti_partitions_offline",
            "Partitions of the cluster that nobody leads. The same at all brokers: take the maximum, not the sum."),

    REPLICAS(Kind.GAUGE, "ahti_replicas", "Replicas that this broker is to have."),
    REPLICAS_OPEN(Kind.GAUGE, "ahti_replicas_open", "Replicas that this broker has open."),
    LED(Kind.GAUGE, "ahti_partitions_led", "Partitions that this broker leads."),
    OUT_OF_SYNC(
            Kind.GAUGE,
            "ahti_partitions_out_of_sync",
            "Partitions that this broker leads with fewer in-sync replicas than replicas."),
    AT_MIN_ISR(
            Kind.GAUGE,
            "ahti_partitions_at_min_isr",
            "Partitions that this broker leads with exactly min.insync.replicas in sync, and more replicas than that."),
    UNDER_MIN_ISR(
            Kind.GAUGE,
            "ahti_partitions_under_min_isr",
            "Partitions that this broker leads with fewer than min.insync.replicas in sync: acks=all fails."),
    IN_SYNC_REPLICAS(
            Kind.GAUGE, "ahti_in_sync_replicas", "In-sync replicas of the partitions that this broker leads, in all."),
    REPLICATION_LAG(
            Kind.GAUGE,
            "ahti_replication_lag_records",
            "Records that a connected follower lacks of the partition in which it lacks most, of those led here.",
            "follower"),
    ELECTIONS(
            Kind.COUNTER,
            "ahti_leader_elections",
            "Times that this broker became leader of a partition, or leads on in a new epoch; new partitions aside."),
    ISR_SHRINKS(
            Kind.COUNTER,
            "ahti_isr_shrinks",
            "Times that a replica left the ISR of a partition that this broker leads."),
    ISR_EXPANDS(
            Kind.COUNTER,
            "ahti_isr_expands",
            "Times that a replica joined the ISR of a partition that this broker leads."),
    LOG_BYTES(Kind.GAUGE, "ahti_log_bytes", "Bytes of all segments of this broker's replicas."),
    DISK_FREE(
            Kind.GAUGE,
            "ahti_data_directory_free_bytes",
            "Bytes that are free for this broker on the disk of its data directory."),
    DISK_SIZE(Kind.GAUGE, "ahti_data_directory_size_bytes", "Bytes of the disk of the data directory."),
    STRAYS(Kind.GAUGE, "ahti_stray_directories", "Directories here that no topic claims any more."),

    IMAGE_VERSION(Kind.GAUGE, "ahti_metadata_image_version", "Version of the metadata that this broker has seen."),
    METADATA_EPOCH(Kind.GAUGE, "ahti_metadata_epoch", "Rises with each new holder of the metadata's singleton."),
    SINGLETON(Kind.GAUGE, "ahti_metadata_singleton", "1 where the metadata's singleton is, else 0."),
    SESSIONS(
            Kind.GAUGE,
            "ahti_metadata_sessions",
            "Brokers in session with the metadata's singleton; 0 where it is not."),
    JOURNAL_WRITE(
            Kind.HISTOGRAM,
            "ahti_metadata_journal_write_duration_seconds",
            "Time to store a change of the metadata in the database; only where the singleton is."),
    JOURNAL_FAILURES(
            Kind.COUNTER,
            "ahti_metadata_journal_failures",
            "Times that the database could not be read or written for the metadata."),

    GROUPS(Kind.GAUGE, "ahti_groups", "Consumer groups that this broker coordinates."),
    GROUP_LAG(
            Kind.GAUGE,
            "ahti_group_lag_records",
            "Records of a topic that a group has not consumed yet, of the 1,000 groups and topics that are furthest"
                    + " behind; at their coordinator only.",
            "group",
            "topic"),
    GROUP_LAG_SECONDS(
            Kind.GAUGE,
            "ahti_group_lag_seconds",
            "Age of the oldest record of a topic that a group has not consumed yet, of the same ones.",
            "group",
            "topic"),

    PARTITION_IN_SYNC(
            Kind.GAUGE,
            "ahti_partition_in_sync_replicas",
            "In-sync replicas of a partition led here. With `ahti.metrics.partitions`.",
            "topic",
            "partition"),
    PARTITION_LOG_BYTES(
            Kind.GAUGE,
            "ahti_partition_log_bytes",
            "Bytes of the segments of a replica here. With `ahti.metrics.partitions`.",
            "topic",
            "partition"),
    PARTITION_LOG_END(
            Kind.GAUGE,
            "ahti_partition_log_end_offset",
            "Offset that the next record of a replica here gets. With `ahti.metrics.partitions`.",
            "topic",
            "partition"),
    PARTITION_LAG(
            Kind.GAUGE,
            "ahti_partition_replication_lag_records",
            "Records that a connected follower lacks of a partition led here. With `ahti.metrics.partitions`.",
            "topic",
            "partition",
            "follower"),
    GROUP_PARTITION_LAG(
            Kind.GAUGE,
            "ahti_group_partition_lag_records",
            "Records of a partition that a group has not consumed yet. With `ahti.metrics.partitions`.",
            "group",
            "topic",
            "partition");

    enum Kind {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    private final Kind kind;
    private final String family;
    private final String help;
    /** With commas between them: an enum is to be immutable, and arrays are not. */
    private final String labels;

    Metric(Kind kind, String family, String help, String... labels) {
        this.kind = kind;
        this.family = family;
        this.help = help;
        this.labels = String.join(",", labels);
    }

    Kind kind() {
        return kind;
    }

    /** Without what Prometheus adds for the samples of its kind. */
    String family() {
        return family;
    }

    /** As it is asked for in Prometheus. */
    String shownName() {
        return kind == Kind.COUNTER ? family + "_total" : family;
    }

    String help() {
        return help;
    }

    String[] labels() {
        return labels.isEmpty() ? new String[0] : labels.split(",");
    }
}
