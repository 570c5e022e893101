// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Incidents.Software;

/// <summary>Requests of somebody who keeps no connection.</summary>
internal static class HttpLoad
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The whole answer.</summary>
    public static async Task<string> Get(int port, string path, int expectedStatus = 200)
    {
        using StreamReader answer = await Open(port, path, expectedStatus);
        return await answer.ReadToEndAsync();
    }

    /// <summary>The answer as it comes; its connection ends when it is disposed.</summary>
    public static async Task<StreamReader> Open(int port, string path, int expectedStatus = 200)
    {
        HttpClient client = new() { Timeout = Patience };
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri($"http://127.0.0.1:{port}{path}"));
        request.Headers.ConnectionClose = true;
        HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return (int)response.StatusCode == expectedStatus
            ? new StreamReader(await response.Content.ReadAsStreamAsync())
            : throw new HttpRequestException($"{path}: {(int)response.StatusCode}");
    }
}
