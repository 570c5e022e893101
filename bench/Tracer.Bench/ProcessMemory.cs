// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bench;

/// <summary>Memory of other processes, from /proc.</summary>
internal static class ProcessMemory
{
    private const double BytesPerKiB = 1024;

    /// <summary>Resident bytes that no file backs: what a program allocates, and nobody shares.</summary>
    public static double Own(int pid) => StatusLine.Number($"/proc/{pid}/status", "RssAnon:") * BytesPerKiB;
}
