// A reader of events: every slip, its points and its consequences, as they are announced.
//   javac -cp amqp-client.jar:jackson-databind.jar:jackson-core.jar:jackson-annotations.jar Reader.java
//   AMQP_URL=amqps://board:PASSWORD@broker.example.org:5671/duban java -cp …:slf4j-api.jar:. Reader
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.ConnectionFactory;
import java.util.HashSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

public class Reader {
    public static void main(String[] words) throws Exception {
        var json = new ObjectMapper();
        var factory = new ConnectionFactory();
        factory.setUri(System.getenv("AMQP_URL"));
        if (factory.isSSL()) {
            factory.useSslProtocol(SSLContext.getDefault());
            factory.enableHostnameVerification();
        }
        var seen = new HashSet<String>(); // keep this where you keep the rest: an event may come twice
        var ended = new CountDownLatch(1);
        try (var connection = factory.newConnection(); var channel = connection.createChannel()) {
            channel.basicQos(100);
            channel.basicConsume(factory.getUsername(), false, (tag, message) -> { // the queue has the account's name
                JsonNode event = json.readTree(message.getBody());
                if (seen.add(event.get("id").asText())) {
                    System.out.println(event.get("time").asText() + " " + event.get("type").asText() + " " + event.get("data"));
                }
                channel.basicAck(message.getEnvelope().getDeliveryTag(), false); // only when it is safe with you
            }, tag -> ended.countDown());
            ended.await(Long.parseLong(System.getenv().getOrDefault("WAIT", "3600")), TimeUnit.SECONDS);
        }
    }
}
