package jobs;

import java.io.IOException;
import org.apache.flink.api.common.io.CheckpointableInputFormat;
import org.apache.flink.api.common.io.FileInputFormat;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.fs.FileInputSplit;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.source.FileProcessingMode;

/** Counts as Exact does, with a file source of before FLIP-27: its operator, not its function, has read a part of a file. */
public final class ExactFiles {
    /** One that never changes. */
    private static final String FILE = "file:///usr/lib/os-release";
    private static final long INTERVAL_MS = 3600000;

    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        String label = Counting.label();
        env.readFile(new Numbers(label), FILE, FileProcessingMode.PROCESS_CONTINUOUSLY, INTERVAL_MS, Types.LONG).uid("numbers")
                .keyBy(number -> 0L).process(new Exact.Count(label)).uid("count").print();
        env.execute("exact files");
    }

    /** Whatever the file contains: the numbers from 0 on, without an end. */
    static final class Numbers extends FileInputFormat<Long> implements CheckpointableInputFormat<FileInputSplit, Long> {
        private static final long serialVersionUID = 1L;
        private final String label;
        private long next;

        Numbers(String label) {
            super(new Path(FILE));
            this.label = label;
            setNumSplits(1);
        }

        @Override
        public boolean reachedEnd() {
            return false;
        }

        @Override
        public Long nextRecord(Long reused) throws IOException {
            if (label.equals("offline")) {
                throw new IOException("cannot read");
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException interrupt) {
                throw new IOException(interrupt);
            }
            return next++;
        }

        @Override
        public void reopen(FileInputSplit split, Long state) throws IOException {
            open(split);
            next = state;
        }

        @Override
        public Long getCurrentState() {
            return next;
        }
    }
}
