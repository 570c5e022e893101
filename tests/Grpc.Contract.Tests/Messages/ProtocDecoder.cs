// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Reflection;

namespace Grpc.Contract.Tests.Messages;

/// <summary>The protoc that generated the C# code, as a second opinion on the bytes of a message.</summary>
public static class ProtocDecoder
{
    private static readonly Dictionary<string, string?> Build = typeof(ProtocDecoder).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(fact => fact.Key, fact => fact.Value);

    /// <summary>Turns bytes into protoc's text and that into bytes again.</summary>
    public static async Task<byte[]> ThereAndBackAsync(string type, string file, byte[] message, CancellationToken cancellationToken)
    {
        byte[] text = await RunAsync(["--decode", type], file, message, cancellationToken);
        return await RunAsync(["--encode", type], file, text, cancellationToken);
    }

    private static async Task<byte[]> RunAsync(string[] operation, string file, byte[] input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(
            Build["Protoc"]!, [.. operation, "-I", Build["ProtoRoot"]!, "-I", Build["StandardProtos"]!, file])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process protoc = Process.Start(start)!;
        using var output = new MemoryStream();
        Task copied = protoc.StandardOutput.BaseStream.CopyToAsync(output, cancellationToken);
        Task<string> errors = protoc.StandardError.ReadToEndAsync(cancellationToken);
        await protoc.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
        protoc.StandardInput.Close();
        await Task.WhenAll(copied, errors, protoc.WaitForExitAsync(cancellationToken));
        return protoc.ExitCode == 0
            ? output.ToArray()
            : throw new InvalidOperationException($"protoc {string.Join(' ', operation)}: {await errors}");
    }
}
