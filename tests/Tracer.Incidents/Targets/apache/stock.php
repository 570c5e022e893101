<?php
// SPDX-License-Identifier: Apache-2.0

/** Asks another service. Its connection outlives the request: the worker keeps it for the next one. */
final class Stock
{
    public static function ask(int $port, bool $close): int
    {
        $connection = $close ? fsockopen('127.0.0.1', $port) : self::connect($port);
        fwrite($connection, "GET /stock HTTP/1.1\r\nHost: stock\r\n" . ($close ? "Connection: close\r\n" : '') . "\r\n");
        $length = 0;
        while (($line = rtrim(fgets($connection))) !== '') {
            if (stripos($line, 'Content-Length:') === 0) {
                $length = (int) substr($line, 15);
            }
        }
        $answer = (int) fread($connection, $length);
        if ($close) {
            fclose($connection);
        }
        return $answer;
    }

    private static function connect(int $port)
    {
        return pfsockopen('127.0.0.1', $port); // opens
    }
}
