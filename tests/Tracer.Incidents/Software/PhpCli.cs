// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Incidents.Software;

/// <summary>PHP for the command line; Debian's has pcntl built in.</summary>
internal static class PhpCli
{
    public const string Program = "/usr/bin/php8.2";

    public const string Package = "php-cli";
}
