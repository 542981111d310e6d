package kobel;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.streaming.api.operators.StreamSource;

/**
 * A Java agent for the processes of a cluster whose sources read nothing. In a few classes of Flink it replaces the calls by which
 * sources read with calls of the methods below. What a source has in its state stays there, and is in every checkpoint and savepoint.
 * A class that has not the expected call ends the process: a source never reads because of that. Uses only what Flink has from 1.15
 * to 2.x, by reflection where the versions differ. A change of this file needs another name of its jar: see CATALOG_HOLDER.
 */
public final class Holder implements ClassFileTransformer {
    private static final String OPERATORS = "org/apache/flink/streaming/api/operators/";
    private static final String SOURCE = "org/apache/flink/api/connector/source/";
    private static final String FILES = "org/apache/flink/streaming/api/functions/source/ContinuousFileReaderOperator";
    private static final String COORDINATOR = "org/apache/flink/runtime/source/coordinator/SourceCoordinator";
    private static final String LEGACY_THREAD = "org/apache/flink/streaming/runtime/tasks/SourceStreamTask$LegacySourceFunctionThread";
    private static final String ENUMERATOR_PARAMETERS = "(L" + SOURCE + "Source;L" + SOURCE + "SplitEnumeratorContext;";
    private static final String ENUMERATOR_RESULT = ")L" + SOURCE + "SplitEnumerator;";

    static final List<HolderCall> CALLS = List.of(
            new HolderCall(OPERATORS + "SourceOperator", "/FunctionWithException.apply", "reader",
                    "(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;"),
            new HolderCall(COORDINATOR, "/Source.createEnumerator", "create", ENUMERATOR_PARAMETERS + ENUMERATOR_RESULT),
            new HolderCall(COORDINATOR, "/Source.restoreEnumerator", "restore",
                    ENUMERATOR_PARAMETERS + "Ljava/lang/Object;" + ENUMERATOR_RESULT),
            new HolderCall(LEGACY_THREAD, "/StreamSource.run", "run", "(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)V"),
            // A SourceFunction that is cancelled may leave out its state in the savepoint that follows.
            new HolderCall(OPERATORS + "StreamSource", "/SourceFunction.cancel", "stop", "(Ljava/lang/Object;)V"),
            // Files that were found before, and are part of its state.
            new HolderCall(FILES, "/ContinuousFileReaderOperator.enqueueProcessRecord", "skip", "(Ljava/lang/Object;)V"));

    private static final Set<String> CLASSES = new LinkedHashSet<>();

    static {
        for (HolderCall call : CALLS) {
            CLASSES.add(call.in);
        }
    }

    /** Those SourceFunctions that were cancelled, maybe before their thread runs. */
    private static final List<WeakReference<Object>> STOPPED = new ArrayList<>();

    private final Set<String> changed = ConcurrentHashMap.newKeySet();

    public static void premain(String arguments, Instrumentation instrumentation) {
        Holder holder = new Holder();
        instrumentation.addTransformer(holder);
        // Before any job: a class that comes from a class-data archive has to pass here, too.
        for (String name : CLASSES) {
            try {
                Class.forName(name.replace('/', '.'), false, ClassLoader.getSystemClassLoader());
            } catch (ClassNotFoundException | LinkageError failure) {
                end(name, failure.toString());
            }
            if (!holder.changed.contains(name)) {
                end(name, "it was loaded without a change");
            }
        }
    }

    /** For the classes of Java as well, so without a lambda, whose classes would pass here, too. */
    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] bytes) {
        if (name == null || !CLASSES.contains(name)) {
            return null;
        }
        try {
            byte[] result = new HolderChange(name, bytes).result();
            changed.add(name);
            return result;
        } catch (Throwable failure) {
            // What is thrown here would be ignored, and the class used as it is.
            end(name, failure.toString());
            return null;
        }
    }

    private static void end(String name, String reason) {
        System.err.println("ERROR kobel cannot hold the sources with this Flink: " + name.replace('/', '.') + ": " + reason);
        System.err.flush();
        Runtime.getRuntime().halt(1);
    }

    // --- what is called instead ---

    /** In place of the factory of a SourceReader. */
    public static Object reader(Object factory, Object context) {
        return new HolderReader<>();
    }

    /** In place of a SourceFunction, in its thread. */
    public static void run(Object operator, Object lock, Object chain) throws InterruptedException {
        Object function = ((StreamSource<?, ?>) operator).getUserFunction();
        synchronized (STOPPED) {
            while (STOPPED.stream().noneMatch(one -> one.get() == function)) {
                STOPPED.wait();
            }
        }
    }

    public static void stop(Object function) {
        synchronized (STOPPED) {
            STOPPED.removeIf(one -> one.get() == null);
            STOPPED.add(new WeakReference<>(function));
            STOPPED.notifyAll();
        }
    }

    public static void skip(Object object) {}

    /** Made, since only it can say what its state is before any start, but never started. */
    @SuppressWarnings({"rawtypes", "unchecked"})
    public static SplitEnumerator create(Source source, SplitEnumeratorContext context) throws Exception {
        return new HolderEnumerator(context, source.createEnumerator(context), null);
    }

    @SuppressWarnings({"rawtypes", "unchecked"})
    public static SplitEnumerator restore(Source source, SplitEnumeratorContext context, Object state) {
        return new HolderEnumerator(context, null, state);
    }
}

/** A call in a class, and the method of Holder, with the same effect on the stack, that takes its place wherever it is. */
final class HolderCall {
    final String in;
    final String callee; // the end of "owner.method": packages differ between the versions
    final String method;
    final String descriptor;

    HolderCall(String in, String callee, String method, String descriptor) {
        this.in = in;
        this.callee = callee;
        this.method = method;
        this.descriptor = descriptor;
    }
}

/** Keeps the splits that it gets, and reads none. */
final class HolderReader<T, S extends SourceSplit> implements SourceReader<T, S> {
    private final List<S> splits = new ArrayList<>();
    private final CompletableFuture<Void> never = new CompletableFuture<>();

    @Override
    public void start() {}

    @Override
    public InputStatus pollNext(ReaderOutput<T> output) {
        return InputStatus.NOTHING_AVAILABLE;
    }

    @Override
    public List<S> snapshotState(long checkpoint) {
        return new ArrayList<>(splits);
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return never;
    }

    @Override
    public void addSplits(List<S> added) {
        splits.addAll(added);
    }

    @Override
    public void notifyNoMoreSplits() {}

    /** Overrides a method of later versions. */
    public void pauseOrResumeSplits(Collection<String> paused, Collection<String> resumed) {}

    @Override
    public void close() {}
}

/** Keeps the state that it was restored from, or that a new one has, and gives out no split. */
final class HolderEnumerator<S extends SourceSplit, C> implements SplitEnumerator<S, C> {
    private final SplitEnumeratorContext<S> context;
    private final SplitEnumerator<S, C> fresh;
    private final C restored;

    HolderEnumerator(SplitEnumeratorContext<S> context, SplitEnumerator<S, C> fresh, C restored) {
        this.context = context;
        this.fresh = fresh;
        this.restored = restored;
    }

    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int subtask, String host) {}

    @Override
    public void addSplitsBack(List<S> splits, int subtask) {}

    /** From Flink 2.2 on, readers of some sources do not keep the splits of their state, but report them, to get them back. */
    @Override
    @SuppressWarnings("unchecked")
    public void addReader(int subtask) {
        ReaderInfo info = context.registeredReaders().get(subtask);
        try {
            List<S> splits = (List<S>) ReaderInfo.class.getMethod("getReportedSplitsOnRegistration").invoke(info);
            if (!splits.isEmpty()) {
                context.assignSplits(new SplitsAssignment<>(Map.of(subtask, splits)));
            }
        } catch (NoSuchMethodException earlier) {
            // Every reader keeps its own.
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException("the splits of a source that is held", failure);
        }
    }

    @Override
    public C snapshotState(long checkpoint) throws Exception {
        return fresh == null ? restored : fresh.snapshotState(checkpoint);
    }

    /** The other one was not started: what it would end may be in use elsewhere, such as the registration of a consumer. */
    @Override
    public void close() {}
}

/** The bytes of a class with the calls replaced. An invokeinterface is longer than an invokestatic: the rest is filled with nops. */
final class HolderChange {
    private static final int NOP = 0;
    private static final int INVOKEVIRTUAL = 182;
    private static final int INVOKESTATIC = 184;
    private static final int INVOKEINTERFACE = 185;
    private static final int CONSTANTS_OF_CALL = 6;

    private final List<HolderCall> calls = new ArrayList<>();
    private final int[] found;
    private final byte[] bytes;
    private final ByteBuffer in;
    private final int[] constants; // where each begins
    private final int constantsEnd;

    HolderChange(String name, byte[] original) {
        for (HolderCall call : Holder.CALLS) {
            if (call.in.equals(name)) {
                calls.add(call);
            }
        }
        found = new int[calls.size()];
        bytes = original.clone();
        in = ByteBuffer.wrap(bytes);
        constants = new int[unsigned(8)];
        int at = 10;
        for (int index = 1; index < constants.length; index++) {
            constants[index] = at;
            int tag = bytes[at];
            at += sizeOfConstant(at);
            if (tag == 5 || tag == 6) {
                index++; // a long or a double takes two places
            }
        }
        constantsEnd = at;
    }

    byte[] result() throws IOException {
        int at = constantsEnd + 6;
        at += 2 + 2 * unsigned(at);
        at = changeMembers(at);
        changeMembers(at);
        for (int index = 0; index < found.length; index++) {
            if (found[index] == 0) {
                throw new IllegalStateException("it does not call " + calls.get(index).callee.substring(1));
            }
        }
        return joined();
    }

    private int unsigned(int at) {
        return in.getShort(at) & 0xFFFF;
    }

    private int sizeOfConstant(int at) {
        switch (bytes[at]) {
            case 1: return 3 + unsigned(at + 1);
            case 3: case 4: case 9: case 10: case 11: case 12: case 17: case 18: return 5;
            case 5: case 6: return 9;
            case 7: case 8: case 16: case 19: case 20: return 3;
            case 15: return 4;
            default: throw new IllegalStateException("constant " + bytes[at]);
        }
    }

    private String text(int index) {
        int at = constants[index];
        return new String(bytes, at + 3, unsigned(at + 1), StandardCharsets.UTF_8);
    }

    // Fields or methods; returns what follows them.
    private int changeMembers(int start) {
        int at = start + 2;
        for (int members = unsigned(start); members > 0; members--) {
            int attributes = unsigned(at + 6);
            at += 8;
            for (; attributes > 0; attributes--) {
                if (text(unsigned(at)).equals("Code")) {
                    changeCode(at + 14, in.getInt(at + 10));
                }
                at += 6 + in.getInt(at + 2);
            }
        }
        return at;
    }

    private void changeCode(int start, int length) {
        for (int at = start; at < start + length; at += sizeOfInstruction(start, at)) {
            int code = bytes[at] & 0xFF;
            if (code < INVOKEVIRTUAL || code > INVOKEINTERFACE || code == INVOKESTATIC) {
                continue;
            }
            int index = indexOf(unsigned(at + 1));
            if (index < 0) {
                continue;
            }
            found[index]++;
            bytes[at] = (byte) INVOKESTATIC;
            in.putShort(at + 1, (short) (constants.length + CONSTANTS_OF_CALL * index + 5));
            if (code == INVOKEINTERFACE) {
                Arrays.fill(bytes, at + 3, at + 5, (byte) NOP);
            }
        }
    }

    // Which of the calls it is, by the constant of the called method; -1: none.
    private int indexOf(int method) {
        int at = constants[method];
        String owner = text(unsigned(constants[unsigned(at + 1)] + 1));
        String name = text(unsigned(constants[unsigned(at + 3)] + 1));
        for (int index = 0; index < calls.size(); index++) {
            if (("/" + owner + "." + name).endsWith(calls.get(index).callee)) {
                return index;
            }
        }
        return -1;
    }

    private int sizeOfInstruction(int start, int at) {
        int code = bytes[at] & 0xFF;
        int operands = at + 4 - (at - start) % 4; // of a switch, whose operands begin at a multiple of four
        if (code == 170) {
            return operands + 12 + 4 * (in.getInt(operands + 8) - in.getInt(operands + 4) + 1) - at;
        }
        if (code == 171) {
            return operands + 8 + 8 * in.getInt(operands + 4) - at;
        }
        if (code == 196) {
            return (bytes[at + 1] & 0xFF) == 132 ? 6 : 4;
        }
        if (code == 185 || code == 186 || code == 200 || code == 201) {
            return 5;
        }
        if (code == 197) {
            return 4;
        }
        boolean hasOne = code == 16 || code == 18 || code >= 21 && code <= 25 || code >= 54 && code <= 58 || code == 169 || code == 188;
        boolean hasTwo = code == 17 || code == 19 || code == 20 || code == 132 || code >= 153 && code <= 168 || code >= 178 && code <= 184
                || code == 187 || code == 189 || code == 192 || code == 193 || code == 198 || code == 199;
        return hasOne ? 2 : hasTwo ? 3 : 1;
    }

    private byte[] joined() throws IOException {
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(result);
        in.putShort(8, (short) (constants.length + CONSTANTS_OF_CALL * calls.size()));
        out.write(bytes, 0, constantsEnd);
        for (int index = 0; index < calls.size(); index++) {
            writeConstants(calls.get(index), constants.length + CONSTANTS_OF_CALL * index, out);
        }
        out.write(bytes, constantsEnd, bytes.length - constantsEnd);
        return result.toByteArray();
    }

    private static void writeConstants(HolderCall call, int first, DataOutputStream out) throws IOException {
        for (String text : new String[] {"kobel/Holder", call.method, call.descriptor}) {
            out.writeByte(1);
            out.writeUTF(text);
        }
        out.writeByte(7); // first + 3: the class
        out.writeShort(first);
        out.writeByte(12); // first + 4: name and type
        out.writeShort(first + 1);
        out.writeShort(first + 2);
        out.writeByte(10); // first + 5: the method
        out.writeShort(first + 3);
        out.writeShort(first + 4);
    }
}
