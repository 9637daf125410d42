package dev.ahti.api.virtual;

import java.util.Map;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.protocol.Errors;

/**
 * The data directories of all brokers as those of one. Each is named after its broker, since clients know directories by
 * their paths, which may be the same everywhere. A broker that does not answer has one that timed out.
 */
final class LogDirsOfAll {
    private LogDirsOfAll() {}

    static DescribeLogDirsResponseData merge(
            DescribeLogDirsRequestData request, Map<Integer, DescribeLogDirsResponseData> answers) {
        DescribeLogDirsResponseData response = new DescribeLogDirsResponseData();
        answers.forEach((broker, answer) -> {
            String name = "broker-" + broker + ":";
            if (answer == null) {
                response.results()
                        .add(new DescribeLogDirsResult().setLogDir(name).setErrorCode(Errors.REQUEST_TIMED_OUT.code()));
            } else {
                answer.results().forEach(each -> response.results().add(each.setLogDir(name + each.logDir())));
            }
        });
        return response;
    }
}
