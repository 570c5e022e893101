// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;

namespace Tracer.Stacks.Tests.Java;

/// <summary>How to start a Java target.</summary>
internal sealed record JavaLaunch
{
    /// <summary>Options of the machine.</summary>
    internal string Options { get; init; } = "";

    /// <summary>Rounds before the one that blocks.</summary>
    internal int WarmUp { get; init; }

    /// <summary>The machine.</summary>
    internal string Java { get; init; } = "java";

    /// <summary>The main class.</summary>
    internal string Program { get; init; } = "Srv";

    /// <summary>In pid and mount namespaces of its own, with a private /tmp.</summary>
    internal bool IsIsolated { get; init; }

    /// <summary>Whose process it is; 0: ours.</summary>
    internal uint User { get; init; }

    /// <summary>Wait until it is connected.</summary>
    internal bool IsAwaited { get; init; } = true;

    internal ProcessStartInfo ToStartInfo(string classes, int port)
    {
        string[] java =
        [
            Java, .. Options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-cp", IsIsolated ? "/mnt" : classes,
            Program, "connect", port.ToString(CultureInfo.InvariantCulture),
            .. WarmUp > 0 ? ["warm", WarmUp.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
        ];
        string script = $"mount -t tmpfs none /mnt && cp {classes}/* /mnt && mount -t tmpfs none /tmp && exec \"$@\"";
        string[] command = IsIsolated
            ? ["unshare", "--pid", "--fork", "--mount", "--mount-proc", "--kill-child", "sh", "-c", script, "sh", .. java]
            : User != 0 ? ["setpriv", $"--reuid={User}", "--clear-groups", .. java] : java;
        return new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
    }
}
