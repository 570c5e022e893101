<?php
// SPDX-License-Identifier: Apache-2.0
// frames.php PORT: calls of many kinds that end in a blocking read; prints "ready" before.

namespace App\Data;

abstract class Model
{
    public static function find($port)
    {
        return (new static())->open($port);
    }

    abstract protected function open($port);
}

trait Connects
{
    protected function open($port)
    {
        $socket = fsockopen('127.0.0.1', $port);
        echo "ready\n";
        return fread($socket, 1);
    }
}

class User extends Model
{
    use Connects;
}

function items($port)
{
    yield 1;
    yield User::find($port);
}

class Proxy
{
    public function __call($name, $arguments)
    {
        foreach (items($arguments[0]) as $item) {
        }
    }
}

$closure = function ($port) {
    array_map(function ($value) {
        (new Proxy())->anything($value);
    }, [$port]);
};

$included = __DIR__ . '/included.php';
// Evaluated code that starts a fiber that includes a file.
eval('(new \Fiber(function () use ($included, $closure, $argv) { include $included; }))->start();');
