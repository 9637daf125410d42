"""Members of one group with Debian's python3-kafka, and a producer with its defaults, which never sends anything again.

Arguments: bootstrap server, topic, members, partitions, records. Creates the topic and sends one record to each partition
at once; sends the records when the partitions are divided; prints one line when all are consumed, or after a minute.
"""
import collections
import sys
import threading
import time

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

bootstrap, topic = sys.argv[1], sys.argv[2]
members, partitions, records = (int(each) for each in sys.argv[3:])
deadline = time.monotonic() + 60
ended = threading.Event()
lock = threading.Lock()
assigned = {}
consumed = []
failed = 0


def member(name):
    consumer = KafkaConsumer(topic, bootstrap_servers=bootstrap, group_id=topic, auto_offset_reset='earliest')
    while not ended.is_set():
        polled = consumer.poll(100)
        generation = consumer._coordinator._generation.generation_id
        with lock:
            assigned[name] = generation, consumer.assignment()
            for partition, batch in polled.items():
                consumed.extend((generation, partition, record.offset, record.value) for record in batch)
    consumer.close()


def until(condition):
    while time.monotonic() < deadline:
        with lock:
            if condition():
                return
        time.sleep(0.05)


def divided():
    return (len(assigned) == members and len({generation for generation, _ in assigned.values()}) == 1
            and all(each for _, each in assigned.values())
            and sum(len(each) for _, each in assigned.values()) == partitions)


def send(producer, values):
    global failed
    for future in [producer.send(topic, value, partition=i % partitions) for i, value in enumerate(values)]:
        try:
            future.get(60)
        except Exception as e:
            print(repr(e), file=sys.stderr)
            failed += 1


KafkaAdminClient(bootstrap_servers=bootstrap).create_topics([NewTopic(topic, partitions, 1)])
sender = KafkaProducer(bootstrap_servers=bootstrap)
send(sender, [b'at once %d' % i for i in range(partitions)])
threads = [threading.Thread(target=member, args=(i,)) for i in range(members)]
for thread in threads:
    thread.start()
until(divided)
send(sender, [b'%d' % i for i in range(records)])
until(lambda: len({value for *_, value in consumed}) == partitions + records)
ended.set()
for thread in threads:
    thread.join()
twice = sum(1 for count in collections.Counter(each[:3] for each in consumed).values() if count > 1)
print('failed %d, consumed %d, different %d, twice in a generation %d'
      % (failed, len(consumed), len({value for *_, value in consumed}), twice))
