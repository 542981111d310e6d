package jobs;

import java.net.Socket;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Counts as Counting does, and fails while nothing listens on the port of the label "<port>-...". */
public final class Depends {
    public static void main(String[] arguments) throws Exception {
        String label = Counting.label();
        int port = Integer.parseInt(label.substring(0, label.indexOf('-')));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").map(Counting::pace).map(new Dependent(port)).uid("dependent")
                .keyBy(number -> 0L).process(new Counting.Count(label)).uid("count").print();
        env.execute("depends");
    }

    static final class Dependent extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private final int port;

        Dependent(int port) {
            this.port = port;
        }

        @Override
        public void open(OpenContext context) throws Exception {
            new Socket("127.0.0.1", port).close();
        }

        @Override
        public Long map(Long number) {
            return number;
        }
    }
}
