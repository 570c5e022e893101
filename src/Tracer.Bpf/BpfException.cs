// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Interop;

namespace Tracer.Bpf;

/// <summary>A BPF operation failed: which one, why, and what the kernel or libbpf said about it.</summary>
public sealed class BpfException : Exception
{
    public BpfException(string operation, int errorNumber, string detail = "", IReadOnlyCollection<string>? log = null)
        : base(Compose(operation, errorNumber, detail))
    {
        Operation = operation;
        ErrorNumber = errorNumber;
        Log = log is null ? [] : [.. log];
    }

    public string Operation { get; }

    /// <summary>A positive errno.</summary>
    public int ErrorNumber { get; }

    /// <summary>The last lines of libbpf and the verifier, oldest first; not part of <see cref="Exception.Message"/>, which is one line.</summary>
    public IReadOnlyList<string> Log { get; }

    private static string Compose(string operation, int errorNumber, string detail)
    {
        string message = $"cannot {operation}: {Errno.Describe(errorNumber)}";
        return detail.Length == 0 ? message : $"{message}: {detail}";
    }
}
