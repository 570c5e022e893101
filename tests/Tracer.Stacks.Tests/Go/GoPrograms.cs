// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;

namespace Tracer.Stacks.Tests.Go;

/// <summary>Builds one Go program in the ways that differ in where its tables are. Without network: it uses the standard library only.</summary>
public sealed class GoPrograms : IDisposable
{
    private const string Source = """
        package main

        import (
        	"fmt"
        	"net"
        	"os"
        )

        type Shape interface{ Area() int }
        type Square struct{ side int }

        func (s *Square) Area() int { return middle(s.side, s.side) }

        func middle(a, b int) int { return inner(a) * b }

        func inner(a int) int {
        	if a > 1000 {
        		slow(a)
        	}
        	return a + len(os.Args)
        }

        //go:noinline
        func slow(a int) { fmt.Println("large", a) }

        //go:noinline
        func outer(s Shape) int { return s.Area() }

        func main() {
        	fmt.Println(outer(&Square{3}))
        	listener, err := net.Listen("tcp", "127.0.0.1:0")
        	if err == nil {
        		func() { listener.Close() }()
        	}
        }
        """;

    private readonly TempFolder _folder = new();

    public GoPrograms()
    {
        File.WriteAllText(_folder["main.go"], Source);
        Build(Plain, cgo: false);
        Build(Stripped, cgo: false, "-ldflags=-s -w");
        Build(Pie, cgo: false, "-buildmode=pie");
        Build(Cgo, cgo: true);
        Build(ExternalPie, cgo: true, "-buildmode=pie", "-ldflags=-linkmode=external");
        TargetProgram.Run("strip", "-o", StrippedExternalPie, ExternalPie);
    }

    internal string Plain => _folder["plain"];

    internal string Stripped => _folder["stripped"];

    /// <summary>Position independent, by Go's linker: section .data.rel.ro.gopclntab.</summary>
    internal string Pie => _folder["pie"];

    /// <summary>With C code of the standard library.</summary>
    internal string Cgo => _folder["cgo"];

    /// <summary>Position independent, by the C linker: no section of its own, addresses in relocations.</summary>
    internal string ExternalPie => _folder["external-pie"];

    internal string StrippedExternalPie => _folder["stripped-external-pie"];

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs a Go tool with lines of input.</summary>
    internal string Tool(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("go", ["tool", .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["GOCACHE"] = _folder["cache"];
        return Run(start, input);
    }

    /// <summary>Runs a program with lines of input and returns what it printed.</summary>
    internal static string Run(ProcessStartInfo start, string input)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)}: {process.ExitCode}");
    }

    private void Build(string output, bool cgo, params string[] options)
    {
        var start = new ProcessStartInfo("go", ["build", .. options, "-o", output, _folder["main.go"]]) { WorkingDirectory = _folder.Path };
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOFLAGS"] = "";
        start.Environment["GOCACHE"] = _folder["cache"];
        start.Environment["CGO_ENABLED"] = cgo ? "1" : "0";
        Run(start, "");
    }
}
