import type { Controller } from './controller'
import { evolutionApi } from './controllers/evolution-api'
import { gowa } from './controllers/gowa'
import { metaCloudApi } from './controllers/meta-cloud-api'
import { openWaV4, openWaV5 } from './controllers/open-wa'
import { waha } from './controllers/waha'
import { wppconnectServer } from './controllers/wppconnect-server'
import { wuzapi } from './controllers/wuzapi'
import { whatsappApi, wwebjsApi } from './controllers/wwebjs-api'

/** Every API that we can drive, or at least ask. Absent: signed senders, whose API we do not know. */
export const CONTROLLERS: readonly Controller[] = [wwebjsApi, whatsappApi, waha, evolutionApi, wppconnectServer, gowa, wuzapi, openWaV4, openWaV5, metaCloudApi]

export function findController(id: string): Controller | undefined {
  return CONTROLLERS.find((controller) => controller.id === id)
}
