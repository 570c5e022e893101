// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>A system call failed that a sound system does not fail; names the operation and keeps errno.</summary>
public sealed class LinuxException(string operation, int errno)
    : Exception($"{operation}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})")
{
    public string Operation { get; } = operation;

    public int Errno { get; } = errno;

    internal static LinuxException FromLastError(string operation) => new(operation, Marshal.GetLastPInvokeError());
}
