<?php
// SPDX-License-Identifier: Apache-2.0

/** Calls to other services, over connections that a worker keeps for its whole life. */
final class Rpc
{
    private static array $connections = [];

    public static function call(int $port, string $command): string
    {
        $connection = self::$connections[$port] ??= self::connect($port);
        fwrite($connection, "$command\r\n");
        return rtrim(fgets($connection));
    }

    public static function close(): void
    {
        array_map(fclose(...), self::$connections);
        self::$connections = [];
    }

    private static function connect(int $port)
    {
        return stream_socket_client("tcp://127.0.0.1:$port"); // opens
    }
}
