package org.apache.flink.runtime.util;

import org.apache.hadoop.conf.Configuration;

/** Stands for the class of Flink that has this name, and which Iceberg calls: of a program, the class path of Flink has no Hadoop. */
public final class HadoopUtils {
    private HadoopUtils() {}

    public static Configuration getHadoopConfiguration(org.apache.flink.configuration.Configuration ignored) {
        Configuration configuration = new Configuration();
        configuration.setClassLoader(HadoopUtils.class.getClassLoader());
        String endpoint = System.getenv("AWS_ENDPOINT_URL_S3");
        if (endpoint != null) {
            configuration.set("fs.s3a.endpoint", endpoint);
            configuration.set("fs.s3a.path.style.access", "true");
        }
        return configuration;
    }
}
