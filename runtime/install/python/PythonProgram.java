package kobel;

import java.lang.reflect.InvocationTargetException;

/**
 * What Flink runs for a program in Python: Flink's own PythonDriver, which is in the class path of the JobManager.
 *
 * If PythonDriver itself is the program, Flink adds its jar to the job twice, and both are sent to each TaskManager, which has
 * the classes already. That takes longer than everything else in a start.
 */
public final class PythonProgram {
    private PythonProgram() {}

    public static void main(String[] arguments) throws Throwable {
        try {
            // By name: a runtime without Python has no such class.
            Class.forName("org.apache.flink.client.python.PythonDriver")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments);
        } catch (InvocationTargetException e) {
            // Flink knows the driver's exceptions.
            throw e.getCause();
        }
    }
}
