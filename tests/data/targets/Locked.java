// SPDX-License-Identifier: Apache-2.0
import java.net.Socket;

/**
 * Threads that wait inside stubs of the machine instead of native methods: "connect PORT [warm N]". After N rounds of warm-up one thread waits for a
 * monitor that main holds; then main connects to 127.0.0.1 and waits for the end of its input.
 */
public final class Locked {
    private static final Object LOCK = new Object();
    private static long total;

    public static void main(String[] arguments) throws Exception {
        for (int i = Integer.parseInt(arguments[3]); i > 0; i--)
            outer(i);
        synchronized (LOCK) {
            Thread waiter = new Thread(() -> outer(1), "waiter");
            waiter.setDaemon(true);
            waiter.start();
            while (waiter.getState() != Thread.State.BLOCKED)
                Thread.sleep(1);
            try (Socket socket = new Socket("127.0.0.1", Integer.parseInt(arguments[1]))) {
                while (System.in.read() >= 0) {
                }
            }
        }
    }

    static long outer(int value) {
        return enter(value) + 1;
    }

    // The two sums keep the lock from being the last thing that happens.
    private static long enter(int value) {
        long before = total;
        synchronized (LOCK) {
            total += value;
        }
        return before + total;
    }
}
