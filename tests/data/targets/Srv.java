// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * A client that leaks: "connect PORT [warm N]" connects to 127.0.0.1, reads until the end, never closes, prints "ready" and waits for the end of
 * its input. With "warm" it first does the same N times with a server of its own (and closes), so that the methods are compiled.
 */
public final class Srv {
    private static Socket leaked;
    private static long total;

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 2 && arguments[2].equals("warm"))
            warmUp(Integer.parseInt(arguments[3]));
        leaked = userConnect(Integer.parseInt(arguments[1]));
        System.out.println("connected");
        userRead(leaked);
        System.out.println("ready");
        while (System.in.read() >= 0) {
        }
    }

    static Socket userConnect(int port) throws IOException {
        return new Socket("127.0.0.1", port);
    }

    static void userRead(Socket socket) throws IOException {
        InputStream input = socket.getInputStream();
        byte[] buffer = new byte[16];
        int got;
        while ((got = readSome(input, buffer)) >= 0)
            total += got;
    }

    // Small enough to be inlined.
    private static int readSome(InputStream input, byte[] buffer) throws IOException {
        return input.read(buffer);
    }

    private static void warmUp(int rounds) throws Exception {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Thread answering = new Thread(() -> answer(server), "warm-up");
        answering.start();
        try (server) {
            for (int i = 0; i < rounds; i++) {
                Socket socket = userConnect(server.getLocalPort());
                userRead(socket);
                socket.close();
            }
        }
        answering.join();
    }

    private static void answer(ServerSocket server) {
        try {
            while (true) {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write(new byte[5]);
                }
            }
        } catch (IOException closed) {
            // The warm-up is over.
        }
    }
}
