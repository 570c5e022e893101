// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;

namespace Tracer.Client;

/// <summary>Drains what a child process prints and keeps the last lines of its standard error.</summary>
internal sealed class DiagnosticTail
{
    private const int LineLimit = 20;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = [];

    public DiagnosticTail(Process process)
    {
        process.ErrorDataReceived += (_, received) => Keep(received.Data);
        process.BeginErrorReadLine();
        // Its standard output is not ours: data on it would mix with the command's own.
        process.BeginOutputReadLine();
    }

    public string[] Read()
    {
        lock (_gate)
            return [.. _lines];
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LineLimit)
                _lines.Dequeue();
        }
    }
}
