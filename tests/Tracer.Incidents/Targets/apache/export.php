<?php
// SPDX-License-Identifier: Apache-2.0

/** Writes a long report; the curl handle of its first question keeps the connection. */
final class Export
{
    private CurlHandle $curl;

    public function __construct(int $port)
    {
        $this->curl = curl_init("http://127.0.0.1:$port/stock");
        curl_setopt($this->curl, CURLOPT_RETURNTRANSFER, true);
    }

    public function stock(): int
    {
        return (int) curl_exec($this->curl); // opens
    }

    public function write(): void
    {
        for ($line = 0; $line < 600; $line++) {
            echo "line $line\n";
            flush();
            usleep(100_000); // works
        }
    }
}

$export = new Export((int) $_GET['port']);
echo 'in stock: ', $export->stock(), "\n";
$export->write();
