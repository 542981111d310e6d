package kobel;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.dag.Pipeline;
import org.apache.flink.client.ClientUtils;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.client.program.ProgramInvocationException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.PipelineExecutor;
import org.apache.flink.core.execution.PipelineExecutorFactory;
import org.apache.flink.core.execution.PipelineExecutorServiceLoader;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamGraphHasherV2;
import org.apache.flink.streaming.api.graph.StreamNode;

/**
 * Runs main() of a program as a JobManager does when its REST interface is asked to run a jar, with an executor that runs no job
 * but writes the operators of the first one to a file, as JSON. Uses only what Flink has from 1.15 to 2.x, by reflection where the
 * versions differ, so that one source fits every runtime.
 *
 * <p>Arguments: the file for the result, the jar, then settings as key=value.
 */
public final class Inspector implements PipelineExecutorServiceLoader, PipelineExecutorFactory, PipelineExecutor {
    private static final String TARGET = "embedded";
    private static final int OPERATORS_MAX = 4000;
    private static final int TEXT_MAX = 255;
    private static final int ERROR_MAX = 1000;
    /** How long main() may continue after its job, to show that it would run another. */
    private static final long REST_MS = 1000;

    private final Path result;
    private String operators;

    private Inspector(Path result) {
        this.result = result;
    }

    public static void main(String[] arguments) throws Exception {
        Inspector inspector = new Inspector(Path.of(arguments[0]));
        try {
            inspector.run(new File(arguments[1]), Arrays.asList(arguments).subList(2, arguments.length));
            inspector.fail("main() ended without execute(): the program has no job");
        } catch (Throwable failure) {
            failure.printStackTrace();
            inspector.fail(describe(failure));
        }
        // Threads of the program may still run.
        Runtime.getRuntime().halt(0);
    }

    private void run(File jar, List<String> settings) throws Exception {
        Configuration configuration = GlobalConfiguration.loadConfiguration();
        for (String setting : settings) {
            int at = setting.indexOf('=');
            configuration.setString(setting.substring(0, at), setting.substring(at + 1));
        }
        configuration.setString("execution.target", TARGET);
        configuration.setString("execution.attached", "false");
        configuration.setString("pipeline.jars", jar.toURI().toString());
        PackagedProgram program;
        try {
            program = PackagedProgram.newBuilder().setJarFile(jar).setConfiguration(configuration).build();
        } catch (ProgramInvocationException refusal) {
            throw new IllegalArgumentException("the code is not a jar with a program in Java: " + refusal.getMessage());
        }
        execute(configuration, program);
    }

    /** A later Flink may have more parameters. Several jobs are allowed here, to find that the program has them. */
    private void execute(Configuration configuration, PackagedProgram program) throws Exception {
        Method method = Stream.of(ClientUtils.class.getMethods())
                .filter(one -> one.getName().equals("executeProgram") && one.getParameterCount() >= 5)
                .min(Comparator.comparing(Method::getParameterCount))
                .orElseThrow(() -> new IllegalStateException("this Flink cannot execute a program"));
        Object[] given = {this, configuration, program, false, false};
        try {
            method.invoke(null, Arrays.copyOf(given, method.getParameterCount()));
        } catch (InvocationTargetException failure) {
            throw failure.getCause() instanceof Exception ? (Exception) failure.getCause() : failure;
        }
    }

    // --- the executor ---

    @Override
    public PipelineExecutorFactory getExecutorFactory(Configuration configuration) {
        return this;
    }

    @Override
    public Stream<String> getExecutorNames() {
        return Stream.of(TARGET);
    }

    @Override
    public String getName() {
        return TARGET;
    }

    @Override
    public boolean isCompatibleWith(Configuration configuration) {
        return true;
    }

    @Override
    public PipelineExecutor getExecutor(Configuration configuration) {
        return this;
    }

    @Override
    public synchronized CompletableFuture<JobClient> execute(Pipeline pipeline, Configuration configuration, ClassLoader loader)
            throws Exception {
        if (operators != null) {
            write("{\"severalJobs\":true,\"operators\":" + operators + "}");
            Runtime.getRuntime().halt(0);
        }
        if (!(pipeline instanceof StreamGraph)) {
            fail("the program uses the DataSet API, whose operators have no state");
            Runtime.getRuntime().halt(0);
        }
        operators = print((StreamGraph) pipeline);
        write("{\"operators\":" + operators + "}");
        limitRest();
        return CompletableFuture.completedFuture(client());
    }

    private static void limitRest() {
        Thread limit = new Thread(() -> {
            try {
                Thread.sleep(REST_MS);
            } catch (InterruptedException ignored) {
                // It ends now.
            }
            Runtime.getRuntime().halt(0);
        });
        limit.setDaemon(true);
        limit.start();
    }

    /** As the one that a program gets from a JobManager: it can only say which job it is. */
    private static JobClient client() {
        JobID id = new JobID();
        return (JobClient) Proxy.newProxyInstance(Inspector.class.getClassLoader(), new Class<?>[] {JobClient.class},
                (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "getJobID": return id;
                        case "hashCode": return id.hashCode();
                        case "equals": return proxy == arguments[0];
                        case "toString": return "job " + id;
                        default: throw new UnsupportedOperationException("A job that main() has submitted cannot be used there.");
                    }
                });
    }

    // --- the operators ---

    private static String print(StreamGraph graph) throws Exception {
        Map<Integer, byte[]> ids = new StreamGraphHasherV2().traverseStreamGraphAndGenerateHashes(graph);
        Collection<StreamNode> nodes = graph.getStreamNodes();
        if (nodes.size() > OPERATORS_MAX) {
            throw new IllegalStateException("the job has " + nodes.size() + " operators; at most " + OPERATORS_MAX + " are supported");
        }
        Method maximum = StreamNode.class.getDeclaredMethod("getMaxParallelism");
        maximum.setAccessible(true);
        StringBuilder out = new StringBuilder("[");
        for (StreamNode node : nodes.stream().sorted(Comparator.comparing(StreamNode::getId)).collect(Collectors.toList())) {
            out.append(out.length() > 1 ? ",\n" : "").append("{\"id\":\"");
            for (byte digits : ids.get(node.getId())) {
                out.append(String.format("%02x", digits));
            }
            out.append("\",\"uid\":").append(quote(node.getTransformationUID(), TEXT_MAX));
            out.append(",\"name\":").append(quote(node.getOperatorName(), TEXT_MAX));
            out.append(",\"parallelism\":").append(node.getParallelism());
            out.append(",\"maxParallelism\":").append(Math.max(0, (int) maximum.invoke(node))).append('}');
        }
        return out.append(']').toString();
    }

    private static String quote(String text, int limit) {
        StringBuilder out = new StringBuilder("\"");
        (text == null ? "" : text).codePoints().limit(limit).forEach(letter -> {
            boolean isShown = letter >= ' ' && (letter < Character.MIN_SURROGATE || letter > Character.MAX_SURROGATE);
            if (letter == '"' || letter == '\\') {
                out.append('\\');
            }
            out.appendCodePoint(isShown ? letter : ' ');
        });
        return out.append('"').toString();
    }

    // --- the result ---

    private static String describe(Throwable failure) {
        Throwable said = failure;
        while (said instanceof ProgramInvocationException && said.getCause() != null) {
            said = said.getCause();
        }
        Throwable root = said;
        for (int depth = 0; depth < 50 && root.getCause() != null; depth++) {
            root = root.getCause();
        }
        String text = said == failure && said instanceof IllegalArgumentException ? said.getMessage() : "main() failed: " + said;
        return root == said ? text : text + "; caused by " + root;
    }

    private synchronized void fail(String reason) throws Exception {
        if (operators == null) {
            write("{\"error\":" + quote(reason, ERROR_MAX) + "}");
        }
    }

    /** A reader finds the whole result or none. */
    private void write(String json) throws Exception {
        Path partial = result.resolveSibling(result.getFileName() + ".part");
        Files.write(partial, json.getBytes(StandardCharsets.UTF_8));
        Files.move(partial, result, StandardCopyOption.ATOMIC_MOVE);
    }
}
