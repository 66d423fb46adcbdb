// A department joins: it submits a matter for itself, reports progress on it, and hears what was refused.
//   javac -cp amqp-client.jar:jackson-databind.jar:jackson-core.jar:jackson-annotations.jar Department.java
//   AMQP_URL=amqps://slj:PASSWORD@broker.example.org:5671/duban UNIT=SLJ java -cp …:slf4j-api.jar:. Department
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.SSLContext;

public class Department {
    static final ObjectMapper JSON = new ObjectMapper();
    static final String UNIT = System.getenv("UNIT");

    /** A CloudEvent. Send the same event again, with the same id, whenever you are not sure that it arrived. */
    static Map<String, Object> event(String type, Map<String, Object> data) {
        return Map.of(
            "specversion", "1.0",
            "id", UUID.randomUUID().toString(),
            "source", "/units/" + UNIT,
            "type", type,
            "time", OffsetDateTime.now(ZoneOffset.UTC).toString(), // when it happened; limits are counted by this
            "datacontenttype", "application/json",
            "data", data);
    }

    /** Returns when the broker has it safe on disk; throws otherwise. */
    static void send(Channel channel, String account, Map<String, Object> event) throws Exception {
        var properties = new AMQP.BasicProperties.Builder()
            .contentType("application/cloudevents+json").deliveryMode(2)
            .messageId((String) event.get("id")).type((String) event.get("type")).userId(account).build();
        channel.basicPublish("duban.inbound", UNIT + "." + event.get("type"), true, properties, JSON.writeValueAsBytes(event));
        channel.waitForConfirmsOrDie(5_000);
    }

    public static void main(String[] words) throws Exception {
        var factory = new ConnectionFactory();
        factory.setUri(System.getenv("AMQP_URL"));
        if (factory.isSSL()) {
            factory.useSslProtocol(SSLContext.getDefault()); // checks the certificate against the machine's authorities …
            factory.enableHostnameVerification();            // … and that it is the broker's
        }
        String account = factory.getUsername(); // the queue of the account has the same name
        try (var connection = factory.newConnection(); var channel = connection.createChannel()) {
            channel.confirmSelect();
            channel.addReturnListener(returned -> System.err.println("nobody takes " + returned.getRoutingKey()));
            var stamp = OffsetDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
            var reference = UNIT + "-" + stamp; // your own number of the matter
            send(channel, account, event("matter.submitted.v1", Map.of(
                "external_ref", reference,
                "title", "接入测试：台账报送",
                "source", Map.of("type", "DOCUMENT", "number", "测试1号", "issuer", "本单位"),
                "standard", "按时报送台账",
                "assignments", List.of(Map.of(
                    "unit", UNIT, "role", "LEAD", "deliverable", "台账一份",
                    "limit", Map.of("amount", 10, "unit", "WORKDAY"))))));
            send(channel, account, event("progress.reported.v1", Map.of(
                "matter", reference, "unit", UNIT, "percent", 30, "text", "已收集一半科室的数据")));
            System.out.println("sent: " + reference);
            hear(channel, account);
        }
    }

    /** What was refused in the next seconds: code, detail, and the fields at fault as JSON pointers. */
    static void hear(Channel channel, String account) throws Exception {
        long until = System.nanoTime() + Long.parseLong(System.getenv().getOrDefault("WAIT", "5")) * 1_000_000_000L;
        while (System.nanoTime() < until) {
            GetResponse found = channel.basicGet(account, false);
            if (found == null) {
                Thread.sleep(200);
                continue;
            }
            JsonNode refusal = JSON.readTree(found.getBody()).get("data");
            System.out.println("refused: " + refusal.get("code").asText() + ": " + refusal.get("detail").asText() + " " + refusal.get("errors"));
            channel.basicAck(found.getEnvelope().getDeliveryTag(), false);
        }
    }
}
