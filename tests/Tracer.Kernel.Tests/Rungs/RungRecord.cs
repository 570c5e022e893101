// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Kernel.Tests.Rungs;

/// <summary>What was seen to work on this kernel, for the table of all kernels (tests/kernels/run).</summary>
internal static class RungRecord
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("CLOSEWAIT_RESULTS");

    public static void Add(string fact, string rung, string how)
    {
        if (Folder is not null)
            File.AppendAllText(Path.Combine(Folder, "rungs"), $"{fact} {rung} {how}\n");
    }
}
