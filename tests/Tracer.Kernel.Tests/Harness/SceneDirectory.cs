// SPDX-License-Identifier: Apache-2.0
using System.IO.Compression;
using CloseWait.V1;
using Google.Protobuf;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>Where a daemon saves scenes, as a test sees it.</summary>
internal static class SceneDirectory
{
    /// <summary>The scenes there, oldest first.</summary>
    public static string[] Scenes(string folder) => [.. Directory.GetFiles(folder, "closewait-*.jsonl.gz").Order(StringComparer.Ordinal)];

    /// <summary>Every item of a scene; fails when a line is not one.</summary>
    public static List<SceneItem> Read(string path)
    {
        using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        List<SceneItem> items = [];
        while (reader.ReadLine() is { } line)
            items.Add(JsonParser.Default.Parse<SceneItem>(line));
        return items;
    }
}
