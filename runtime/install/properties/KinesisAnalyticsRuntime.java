package com.amazonaws.services.kinesisanalytics.runtime;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/**
 * The class that the service has on its class path, written for kobel: programs that are built with the artifact
 * aws-kinesisanalytics-runtime as `provided` find their properties with it. A jar that has the class uses its own.
 */
public class KinesisAnalyticsRuntime {
    private static final String FILE = "/etc/flink/application_properties.json";

    private KinesisAnalyticsRuntime() {}

    /** The property groups of the application by id; empty where it has none. */
    public static Map<String, Properties> getApplicationProperties() throws IOException {
        return getApplicationProperties(FILE);
    }

    /** Those of a file; empty where it does not exist. */
    public static Map<String, Properties> getApplicationProperties(String filename) throws IOException {
        Map<String, Properties> groups = new HashMap<>();

        try (InputStream file = new FileInputStream(filename)) {
            for (JsonNode group : new ObjectMapper().readTree(file)) {
                groups.put(group.path("PropertyGroupId").asText(), propertiesOf(group.path("PropertyMap")));
            }
        } catch (FileNotFoundException missing) {
            return groups;
        }
        return groups;
    }

    private static Properties propertiesOf(JsonNode map) {
        Properties properties = new Properties();

        for (Iterator<Map.Entry<String, JsonNode>> fields = map.fields(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            properties.put(field.getKey(), field.getValue().asText());
        }
        return properties;
    }
}
