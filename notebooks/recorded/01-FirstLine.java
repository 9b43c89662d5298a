import java.util.stream.Stream;

public class FirstLine {
    public static void main(String[] args) {
        Stream<String> lines = Stream.of("one", "two").onClose(() -> System.out.println("closed"));
        System.out.println(lines.findFirst().get());
        System.out.println("still open");
        try (Stream<String> again = Stream.of("one", "two").onClose(() -> System.out.println("closed"))) {
            System.out.println(again.findFirst().get());
        }
    }
}
