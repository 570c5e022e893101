// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Stacks.Tests.Go;

namespace Tracer.Stacks.Tests.Threads;

/// <summary>A Go program whose goroutines all wait.</summary>
internal sealed class GoParkedProgram : IDisposable
{
    private const string Source = """
        package main

        import (
        	"fmt"
        	"net"
        )

        func main() {
        	listener, _ := net.Listen("tcp", "127.0.0.1:0")
        	fmt.Println("parked")
        	listener.Accept()
        }
        """;

    private readonly TempFolder _folder = new();

    internal GoParkedProgram()
    {
        File.WriteAllText(_folder["main.go"], Source);
        var start = new ProcessStartInfo("go", ["build", "-o", Path, _folder["main.go"]]) { WorkingDirectory = _folder.Path };
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOCACHE"] = _folder["cache"];
        start.Environment["CGO_ENABLED"] = "0";
        GoPrograms.Run(start, "");
    }

    internal string Path => _folder["parked"];

    public void Dispose() => _folder.Dispose();
}
