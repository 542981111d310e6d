package jobs;

import java.io.IOException;
import java.net.Socket;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Counts as soon as its broker answers, on the port of the label "<port>-...". */
public final class Waiting {
    public static void main(String[] arguments) throws Exception {
        String label = Counting.label();
        int port = Integer.parseInt(label.substring(0, label.indexOf('-')));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").map(Counting::pace).map(new Patient(port)).uid("patient")
                .keyBy(number -> 0L).process(new Counting.Count(label)).uid("count").print();
        env.execute("waiting");
    }

    static final class Patient extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private final int port;

        Patient(int port) {
            this.port = port;
        }

        @Override
        public void open(OpenContext context) throws Exception {
            while (true) {
                try (Socket broker = new Socket("127.0.0.1", port)) {
                    if (broker.getInputStream().read() == 'x') {
                        return;
                    }
                } catch (IOException away) {
                    // The broker may answer later.
                }
                Thread.sleep(50);
            }
        }

        @Override
        public Long map(Long number) {
            return number;
        }
    }
}
